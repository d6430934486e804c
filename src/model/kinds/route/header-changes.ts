// Headers that a rule adds, sets and removes. Values are texts with a few of Envoy's substitutions.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { headerName } from '../../fields.ts'
import { isHeaderFormat } from './header-format.ts'

/** Headers that hold the message together, or that Envoy takes from elsewhere. */
const framing = [
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

type Direction = 'request' | 'response'

const name = (direction: Direction) =>
  headerName.superRefine((text, context) => {
    const message = nameFault(text.toLowerCase(), direction)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })

function nameFault(text: string, direction: Direction): string | undefined {
  if (text === 'host') return 'wanted "rewrite.host" for the host'
  if (text.startsWith('x-verdigris-'))
    return 'wanted another header: x-verdigris-* is what this fleet says itself'
  if (direction === 'request' && text.startsWith('x-envoy-')) {
    return 'wanted another header: x-envoy-* would go around the limits of the rule'
  }
  if (framing.includes(text)) return 'wanted another header: this one belongs to the connection'
  return undefined
}

const value = z
  .string()
  .min(1, 'wanted at least one character')
  .max(limits.fieldLength, `wanted at most ${limits.fieldLength} characters`)
  .regex(/^[^\p{Cc}]*$/u, 'wanted a text without control characters')
  .refine(
    isHeaderFormat,
    'wanted "%%" for a per cent sign, or one of the substitutions of the reference, such as "%REQ(x-user)%"',
  )

const values = (direction: Direction) =>
  z
    .record(name(direction), value)
    .refine(
      (each) => Object.keys(each).length <= limits.headerChanges,
      `wanted at most ${limits.headerChanges} headers`,
    )

export const headerChanges = (direction: Direction) =>
  z
    .strictObject({
      set: values(direction)
        .optional()
        .describe(
          'Header → value, in the place of every one of that name. `%REQ(name)%` and the like are filled in.',
        ),
      add: values(direction).optional().describe('Header → value, beside those of that name.'),
      remove: z
        .array(name(direction))
        .max(limits.headerChanges)
        .optional()
        .describe('Headers that are taken away.'),
    })
    .superRefine((changes, context) => {
      const seen = new Map<string, string>()
      for (const part of ['set', 'add', 'remove'] as const) {
        const given = changes[part] ?? []
        const entries = Array.isArray(given)
          ? given.map((each, at) => [each, at] as const)
          : Object.keys(given).map((each) => [each, each] as const)
        for (const [header, at] of entries) {
          const earlier = seen.get(header.toLowerCase())
          if (earlier === undefined) seen.set(header.toLowerCase(), part)
          else {
            const message = `header "${header.toLowerCase()}" is there twice (also in "${earlier}")`
            context.addIssue({ code: 'custom', message, path: [part, at] })
          }
        }
      }
      if (seen.size > 0) return
      context.addIssue({ code: 'custom', message: 'wanted at least one of "set", "add" and "remove"' })
    })

export type HeaderChanges = z.infer<ReturnType<typeof headerChanges>>
