// Exact decimals, for what a form shows before it is saved and for putting rows in order. Never a float.

/** units / 10 ** places */
export interface Dec { units: bigint; places: number }
export const ZERO: Dec = { units: 0n, places: 0 }

/** Reads a plain decimal such as "-1512.60"; null for anything else. */
export function dec(text: string | null | undefined): Dec | null {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec((text ?? '').trim())
  if (!match || !(match[2] || match[3])) return null
  const units = BigInt((match[2] || '0') + (match[3] ?? ''))
  return { units: match[1] ? -units : units, places: match[3]?.length ?? 0 }
}

const at = (a: Dec, places: number) => a.units * 10n ** BigInt(places - a.places)
const both = (a: Dec, b: Dec, join: (x: bigint, y: bigint) => bigint): Dec => {
  const places = Math.max(a.places, b.places)
  return { units: join(at(a, places), at(b, places)), places }
}
export const add = (a: Dec, b: Dec) => both(a, b, (x, y) => x + y)
export const sub = (a: Dec, b: Dec) => both(a, b, (x, y) => x - y)
export const mul = (a: Dec, b: Dec): Dec => ({ units: a.units * b.units, places: a.places + b.places })
export const neg = (a: Dec): Dec => ({ units: -a.units, places: a.places })
/** To 28 places, cut. Only for showing: a quotient is never fed back into a sum. */
export const div = (a: Dec, b: Dec): Dec => ({ units: (a.units * 10n ** BigInt(28 + b.places)) / (b.units * 10n ** BigInt(a.places)), places: 28 })
export const sign = (a: Dec) => (a.units > 0n ? 1 : a.units < 0n ? -1 : 0)
export const compare = (a: Dec, b: Dec) => sign(sub(a, b))

/** To so many places, half away from zero, as screens round. */
export function round(a: Dec, places: number): Dec {
  if (a.places <= places) return a
  const step = 10n ** BigInt(a.places - places)
  const half = a.units < 0n ? -step / 2n : step / 2n
  return { units: (a.units + half) / step, places }
}

/** As a decimal string, which `Intl` formats exactly. */
export function text(a: Dec): string {
  const digits = (a.units < 0n ? -a.units : a.units).toString().padStart(a.places + 1, '0')
  const whole = digits.slice(0, digits.length - a.places)
  const fraction = a.places ? digits.slice(-a.places).replace(/0+$/, '') : ''
  return `${a.units < 0n ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`
}

/** The order of two amounts; an unknown one comes before every known one. */
export function inOrder(a: string | null, b: string | null): number {
  const x = dec(a), y = dec(b)
  return x && y ? compare(x, y) : x ? 1 : y ? -1 : 0
}

/** The sign of a decimal string, without a float in between. */
export const signOf = (value: string) => (!/[1-9]/.test(value) ? 0 : value.startsWith('-') ? -1 : 1)

/** Known, and nothing: such a figure is left out where figures explain each other. */
export const isZero = (value: string | null) => value !== null && signOf(value) === 0
