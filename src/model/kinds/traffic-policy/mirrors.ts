// Mirrors: copies of requests that go to one environment are sent to another; their answers are thrown away.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { name, refuseRepeats } from '../../fields.ts'

/** Methods that read: copied unless a mirror says otherwise. */
export const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

const hundredths = (value: number): boolean => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6

const mirror = z
  .strictObject({
    name: name.describe('Name of the mirror: `verdigris mirror SERVICE NAME on`.'),
    from: name.describe('Requests that go to this environment are copied.'),
    to: name.describe('The copies go to this environment, which must carry no traffic of its own.'),
    percent: z
      .number('wanted a number above 0, at most 100')
      .min(0.01, 'wanted at least 0.01, at most 100')
      .max(100, 'wanted at most 100')
      .refine(hundredths, 'wanted two decimals at most')
      .default(100)
      .describe('How many of them, when it is turned on without a number.'),
    includeWrites: z
      .boolean()
      .default(false)
      .describe('Copies requests of every method. Without it only `GET`, `HEAD` and `OPTIONS`.'),
    methods: z
      .array(z.string().regex(/^[A-Z][A-Z_-]{0,31}$/, 'wanted a method in capitals, such as GET'))
      .min(1, 'wanted at least one method')
      .max(16, 'wanted at most 16 methods')
      .superRefine((methods, context) =>
        refuseRepeats(
          methods,
          (each) => each,
          'method',
          (at) => [at],
          context,
        ),
      )
      .optional()
      .describe('Copies requests of these methods and no others.'),
    maxBodyBytes: z
      .int('wanted a whole number of bytes')
      .min(0, 'wanted 0 or more')
      .max(limits.mirrorBodyBytes, `wanted at most ${limits.mirrorBodyBytes}`)
      .default(1_048_576)
      .describe(
        'Requests with a larger body are not copied, nor those with a body whose length is not announced (but for gRPC): a copy that nobody reads would hold the upload up.',
      ),
  })
  .superRefine(({ from, to, includeWrites, methods }, context) => {
    if (from === to) {
      const message = `wanted another environment than "from": "${to}" serves these requests itself`
      context.addIssue({ code: 'custom', message, path: ['to'] })
    }
    if (includeWrites && methods !== undefined) {
      const message = 'wanted none beside "includeWrites": the list says which methods are copied'
      context.addIssue({ code: 'custom', message, path: ['methods'] })
    }
  })

export const mirrors = z
  .array(mirror)
  .max(limits.mirrorsPerPolicy, `wanted at most ${limits.mirrorsPerPolicy} mirrors`)
  .superRefine((list, context) =>
    refuseRepeats(
      list,
      (each) => each.name,
      'mirror',
      (at) => [at, 'name'],
      context,
    ),
  )

export type Mirror = z.infer<typeof mirror>
