// What is on screen now, for everything that frames it.
import { isOld } from './freshness'
import { live } from './live.svelte'
import { route } from './router.svelte'
import { places, placeOf } from './screens'
import { session } from './session.svelte'

export const here = () => placeOf(route.path)
/** The places of the menu that this person may open. */
export const mine = () => places.filter((place) => place.name !== 'administration' || session.user?.administrator)

/** The name of the one thing that is on screen, as far as it is known. */
export function nameOf(id: string | undefined): string {
  const view = live.view
  return (id && view && (view.holdings.find((one) => one.id === id) ?? view.closed.find((one) => one.id === id))?.instrument.name) || ''
}

/** How many holdings miss something, or have a price that is old or in doubt. */
export function toLookAt(): number {
  const view = live.view
  if (!view) return 0
  const old = view.holdings.filter(({ price }) => price && (price.status === 'held' || isOld(price, live.now)))
  return new Set([...view.coverage.missing.map((gap) => gap.holding_id), ...old.map((holding) => holding.id)]).size
}
