import { ask, get, Problem, put } from '../../api/client'
import type { components } from '../../api/schema'
import { currentLocale, weekday } from '../../lib/format'
import { say } from '../../words/markets'

export type Market = components['schemas']['Market']
export type MarketDay = components['schemas']['MarketDay']
export type MarketDayInput = components['schemas']['MarketDayInput']
export type MarketHours = components['schemas']['MarketHours']
export type MarketHoursInput = components['schemas']['MarketHoursInput']
type Answer = components['schemas']['Markets']

/** The clock of every market; each change answers with all of them. */
export class Markets {
  items = $state.raw<Market[]>([])
  failed = $state(false)
  /** When the next market opens or closes, so that what is shown is no longer so. */
  readonly turnsAt = $derived(Math.min(...this.items.flatMap((one) => [one.opens_at, one.closes_at]).map((at) => (at ? Date.parse(at) : Infinity))))

  async read(signal?: AbortSignal) {
    try {
      this.items = (await get<Answer>('/markets', signal)).items
      this.failed = false
    } catch (error) {
      if (signal?.aborted) return
      if (!(error instanceof Problem)) throw error
      this.failed = true
    }
  }
  async setDay(exchange: string, day: string, input: MarketDayInput) {
    this.items = (await put<Answer>(`/markets/${exchange}/days/${day}`, input)).items
  }
  async setHours(exchange: string, input: MarketHoursInput) {
    this.items = (await put<Answer>(`/markets/${exchange}/hours`, input)).items
  }
  async takeBackHours(exchange: string, since: string) {
    this.items = (await ask<Answer>('DELETE', `/markets/${exchange}/hours/${since}`)).data.items
  }
  async takeBack(exchange: string, day: string) {
    this.items = (await ask<Answer>('DELETE', `/markets/${exchange}/days/${day}`)).data.items
  }
}

export const nameOf = ({ exchange, name }: Market) => (exchange === 'AMFI' ? say('funds') : exchange === 'ECB' ? say('rates') : name)
/** Asia/Kolkata is what people know as Kolkata. */
export const placeOf = ({ zone }: Market) => zone.split('/').at(-1)!.replaceAll('_', ' ')
export const todayOf = (market: Market) => market.days.find((one) => one.day === market.today)
export const isPublisher = (market: Market) => !market.hours.length

/** What is going on there, in its own time. */
export function stateOf(market: Market): string {
  const special = todayOf(market)
  const name = special && special.kind !== 'ordinary' ? special.name : ''
  if (isPublisher(market)) return special?.kind === 'closed' ? say('nothingToday', { name }) : market.exchange === 'ECB' ? say('ratesAt') : say('navs')
  if (market.open && market.closes_at) return say('openUntil', { time: timeAt(market, market.closes_at) })
  const when = market.opens_at ? say('at', { day: weekday(dayAt(market, market.opens_at)), time: timeAt(market, market.opens_at) }) : '–'
  return name ? say('closedFor', { name, when }) : say('closedUntil', { when })
}
const timeAt = ({ zone }: Market, at: string) => new Intl.DateTimeFormat(currentLocale(), { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone }).format(new Date(at))
const dayAt = ({ zone }: Market, at: string) => new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone: zone }).format(new Date(at))
