import { Problem } from '../api/client'
import { byField, sentence } from './problems'

/** A form on its way to the server: what is refused stands beside its field, and what has no field in one sentence. */
export class Sending {
  busy = $state(false)
  failed = $state('')
  refused = $state<Record<string, string>>({})

  /** What was refused is being mended. */
  readonly again = () => {
    this.refused = {}
  }

  /** Does it once, however often it is asked for meanwhile; `fields` are those of the form. */
  async send(fields: readonly string[], act: () => Promise<void>) {
    if (this.busy) return
    this.busy = true
    this.failed = ''
    this.again()
    try {
      await act()
    } catch (error) {
      if (error instanceof Problem) this.refused = byField(error)
      if (!fields.some((field) => field in this.refused)) this.failed = sentence(error)
    } finally {
      this.busy = false
    }
  }
}
