// Fields that several parts of a Route share: texts that Envoy reads, and how they are refused where it would refuse them.
import { z } from 'zod'
import { limits, regexFault } from '../../../base/index.ts'

/** A path without query. */
export const path = z
  .string()
  .startsWith('/', 'wanted a path that starts with "/"')
  .max(2_048, 'wanted at most 2048 characters')
  .regex(/^[^?#\s]*$/, 'wanted a path without "?", "#" and spaces')

/** A regular expression of RE2 that every supported Envoy compiles. */
export const regex = z.string().superRefine((text, context) => {
  const message = regexFault(text)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

/** A text that some value is compared with. */
export const matchedText = z
  .string()
  .min(1, 'wanted at least one character')
  .max(limits.fieldLength, `wanted at most ${limits.fieldLength} characters`)

/** HTTP methods by their names; CONNECT has a match of its own. */
export const method = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])

const percentForm = 'wanted a number above 0, up to 100, with at most 4 decimals'
/** Per cent of the requests, in steps of one in a million. */
export const percent = z
  .number(percentForm)
  .gt(0, percentForm)
  .max(100, percentForm)
  .refine((value) => Math.abs(value * 10_000 - Math.round(value * 10_000)) < 1e-6, percentForm)
