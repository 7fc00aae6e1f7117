import { judge } from '../../lib/password'
import { locales } from '../../lib/kinds'

/** The answers of the three steps. */
export class Setup {
  name = $state('')
  email = $state('')
  password = $state('')
  locale = $state(guess())
  currency = $state(guess().endsWith('-IN') ? 'INR' : guess() === 'en-GB' ? 'GBP' : guess() === 'en-US' ? 'USD' : /^(de|fr|nl|it)-(DE|FR|NL|IT)$/.test(guess()) ? 'EUR' : 'INR')
  start = $state<'sample' | 'empty'>('sample')
  refused = $state<Record<string, string>>({})
  /** The address of the account that exists already, when beginning its session has failed. */
  created = ''
  readonly least: number
  constructor(least: number) { this.least = least }

  get emailOk() { return /^\S+@\S+\.\S+$/.test(this.email) }
  get about() { return [this.name.replaceAll(' ', ''), this.email.split('@')[0]] }
  get accountOk() { return !!this.name.trim() && this.emailOk && judge(this.password, this.least, this.about).ok }
}

/** The browser's own locale when it is among those offered, else one of its language, else India's. */
function guess() {
  const language = navigator.language.split('-')[0]
  const found = locales.find(([code]) => code === navigator.language) ?? locales.find(([code]) => code.startsWith(`${language}-`))
  return found?.[0] ?? 'en-IN'
}
