import type { say } from '../common'
import type { Translation } from '../room'

export const common: Translation<typeof say> = {
  close: 'बंद करें',
  justNow: 'अभी-अभी',
}
