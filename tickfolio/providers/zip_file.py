"""A zip file from outside, unpacked in memory: one member, plainly packed, and no more bytes than are allowed."""

import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from tickfolio.providers.provider import Failure, FailureKind

MAGIC = b"PK\x03\x04"


def unzip_one(body: bytes, bytes_max: int) -> bytes | Failure:
    """The bytes of the only member; refused as a whole when there are more members, or more bytes than `bytes_max`.

    What the file says of its own size is not believed: the bytes are counted while they are unpacked.
    """
    try:
        with ZipFile(BytesIO(body)) as file:
            members = file.infolist()
            if len(members) != 1:
                return _refused(f"has {len(members)} members where one was expected")
            member = members[0]
            if member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                return _refused("is packed in a way that we do not unpack")
            with file.open(member) as opened:
                content = opened.read(bytes_max + 1)
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        # RuntimeError is how the library says that a member is encrypted, or packed as it does not know.
        return _refused("is broken")
    if len(content) > bytes_max:
        return _refused(f"unpacks to more than {bytes_max:,} bytes")
    return content


def _refused(why: str) -> Failure:
    return Failure(FailureKind.CONTRACT_CHANGED, f"The zip file {why}; all is refused.")
