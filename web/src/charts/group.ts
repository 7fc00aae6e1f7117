import type { HoldingWorth } from '../api/types'

/** Holdings that belong together and their share of the whole, in percent. */
export interface Group { name: string; share: string; holdings: HoldingWorth[] }
