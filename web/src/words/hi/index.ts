// Hindi. A room is a file here as in the folder above; a missing one is said in English and fails a test.
import type { Words } from '../room'

const rooms = import.meta.glob<Record<string, Words>>('./*.ts', { eager: true })
const hindi: Record<string, Words> = {}
for (const [path, room] of Object.entries(rooms)) {
  const name = path.slice(2, -3)
  if (name !== 'index') hindi[name] = room[name]
}
export default hindi
