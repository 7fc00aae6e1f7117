import type { Component } from 'svelte'
import type { IconName } from '../components/Icon.svelte'

type Loaded = Promise<{ default: Component<{ id?: string }> }>
/** Code of a screen, loaded when it is first opened; most screens show no one thing and have no use for an id. */
const lazy = (load: () => Promise<{ default: unknown }>) => load as () => Loaded
/** A place in the menu: what it is called there, where it is, and its code, which is loaded when it is first opened. */
export interface Place { name: 'overview' | 'holdings' | 'activity' | 'performance' | 'health' | 'settings' | 'administration' | 'more'; to: string; icon: IconName; load?: () => Loaded }

export const places: Place[] = [
  { name: 'overview', to: '/', icon: 'overview' },
  { name: 'holdings', to: '/holdings', icon: 'holdings', load: lazy(() => import('../screens/holdings/Screen.svelte')) },
  { name: 'activity', to: '/activity', icon: 'activity', load: lazy(() => import('../screens/activity/Screen.svelte')) },
  { name: 'performance', to: '/performance', icon: 'performance', load: lazy(() => import('../screens/performance/Screen.svelte')) },
  { name: 'health', to: '/health', icon: 'health', load: lazy(() => import('../screens/health/Screen.svelte')) },
  { name: 'settings', to: '/settings', icon: 'gear', load: lazy(() => import('../screens/settings/Screen.svelte')) },
  { name: 'administration', to: '/administration', icon: 'people', load: lazy(() => import('../screens/administration/Screen.svelte')) },
  { name: 'more', to: '/more', icon: 'more', load: lazy(() => import('../screens/more/Screen.svelte')) },
]
/** What the bar of a phone names; the rest is behind More. The gap in the middle is Add's. */
export const tabs: (Place['name'] | null)[] = ['overview', 'holdings', null, 'performance', 'more']
export const behindMore: Place['name'][] = ['activity', 'health', 'settings', 'administration']

const holding = lazy(() => import('../screens/holding/Screen.svelte'))
const desk = lazy(() => import('../screens/desk/Screen.svelte'))

/** What an address shows: a place of the menu, and one thing in it. Unknown addresses show the overview. */
export function placeOf(path: string): { place: Place; load?: () => Loaded; id?: string } {
  // No place of the menu: what waits there is named where it shows.
  if (path === '/desk') return { place: places.find((one) => one.name === 'health') ?? places[0], load: desk }
  const [, id] = /^\/holdings\/([\w-]+)$/.exec(path) ?? []
  const place = places.find((one) => one.to === (id ? '/holdings' : path)) ?? places[0]
  return id ? { place, load: holding, id } : { place, load: place.load }
}
