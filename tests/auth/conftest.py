import pytest

from tests.cache.redis_process import RedisProcess


@pytest.fixture
def redis_process(tmp_path):
    """A running Redis that only this test uses, so that it may stop or kill it."""
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()
