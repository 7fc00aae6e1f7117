import { expect, test } from 'vitest'
import { Problem } from '../src/api/client'
import { Sending } from '../src/lib/sending.svelte'

const refusal = (field: string) =>
  new Problem(422, { code: 'invalid_input', detail: 'It is too early.', errors: [{ field, code: 'too_early', message: 'It is too early.' }] })

test('what is refused stands beside its field, and what has no field is a sentence', async () => {
  const form = new Sending()
  await form.send(['since'], () => Promise.reject(refusal('since')))
  expect([form.refused, form.failed, form.busy]).toEqual([{ since: 'It is too early.' }, '', false])

  await form.send(['opens'], () => Promise.reject(refusal('since')))
  expect([form.failed, form.busy]).toEqual(['It is too early.', false])

  form.again()
  expect(form.refused).toEqual({})
})

test('it is done once, however often it is asked for meanwhile', async () => {
  const form = new Sending()
  let count = 0
  let done = () => {}
  const act = () => new Promise<void>((resolve) => ((done = resolve), (count += 1)))
  const first = form.send([], act)
  await form.send([], act)
  expect([count, form.busy]).toEqual([1, true])
  done()
  await first
  expect(form.busy).toBe(false)
})

test('a mistake of ours is none of the form, and leaves it usable', async () => {
  const form = new Sending()
  await expect(form.send([], () => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours')
  expect(form.busy).toBe(false)
})
