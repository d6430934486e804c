// CORS: which pages of other origins may read the answers. The proxy answers their preflights itself.
import { z } from 'zod'
import { limits, regexFault } from '../../../base/index.ts'
import { anyDuration } from '../../fields.ts'
import { method } from './fields.ts'
import { originRegex } from './origins.ts'

const originForm = /^https?:\/\/(\*\.)?[a-z0-9_]([-a-z0-9_.]*[a-z0-9_])?(:[0-9]{1,5})?$/
const origin = z
  .string()
  .max(253, 'wanted at most 253 characters')
  .refine(
    (text) => text === '*' || originForm.test(text),
    'wanted an origin such as "https://shop.example.com" or "https://*.example.com", or "*"',
  )
  .superRefine((text, context) => {
    const regex = originRegex(text)
    const message = regex === undefined ? undefined : regexFault(regex)
    if (message !== undefined)
      context.addIssue({
        code: 'custom',
        message: 'wanted a shorter origin: its expression has too many instructions',
      })
  })

const headerOrStar = z
  .string()
  .max(256, 'wanted at most 256 characters')
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'wanted the name of a header, or "*"')

export const cors = z
  .strictObject({
    origins: z
      .array(origin)
      .min(1, 'wanted at least one origin')
      .max(limits.corsOrigins)
      .describe('`https://shop.example.com`, `https://*.example.com` (any number of labels), or `*`.'),
    methods: z
      .array(method)
      .max(method.options.length)
      .optional()
      .describe('Methods besides the simple ones.'),
    headers: z
      .array(headerOrStar)
      .max(limits.corsHeaders)
      .optional()
      .describe('Request headers besides the simple ones, or `*`.'),
    exposeHeaders: z
      .array(headerOrStar)
      .max(limits.corsHeaders)
      .optional()
      .describe('Response headers that pages may read, or `*`.'),
    maxAge: anyDuration
      .refine((ms) => ms % 1_000 === 0, 'wanted whole seconds')
      .optional()
      .describe('How long browsers may remember the answer to a preflight. Default: as the browser does.'),
    credentials: z.boolean().default(false).describe('Requests may carry cookies and the like.'),
  })
  .superRefine((wanted, context) => {
    if (!wanted.credentials) return
    for (const field of ['origins', 'headers', 'exposeHeaders'] as const) {
      const at = wanted[field]?.indexOf('*') ?? -1
      if (at === -1) continue
      const message = 'wanted names beside "credentials": with "*" every page could act for the user'
      context.addIssue({ code: 'custom', message, path: [field, at] })
    }
  })

export type Cors = z.infer<typeof cors>
