// What keeps a user in one environment while weights move.
import { z } from 'zod'
import { cookieName, headerName } from '../../fields.ts'

export const stickiness = z
  .strictObject({
    header: headerName.optional().describe('Name of a header that says who asks. Looked at first.'),
    cookie: cookieName
      .optional()
      .describe('Name of a cookie that the application sets and that says who asks. Looked at next.'),
    bucket: z
      .boolean()
      .default(false)
      .describe(
        'Clients that neither names get the cookie `vd-id` with their first response: one for all services of a host, kept for a year.',
      ),
  })
  .superRefine(({ header, cookie, bucket }, context) => {
    if (header !== undefined || cookie !== undefined || bucket) return
    const message = 'wanted at least one of "header", "cookie" and "bucket: true"'
    context.addIssue({ code: 'custom', message, path: [] })
  })

export type Stickiness = z.infer<typeof stickiness>
