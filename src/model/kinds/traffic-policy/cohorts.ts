// Cohorts: named groups of requests that go to one environment, whatever the weights.
import { z } from 'zod'
import { limits } from '../../../base/index.ts'
import { name, refuseRepeats } from '../../fields.ts'
import { cohortMatch } from './cohort-match.ts'
import { coversMatch } from './covers.ts'

const cohort = z.strictObject({
  name: name.describe('Name of the cohort: `verdigris cohort SERVICE NAME on`.'),
  environment: name.describe('Where its requests go while it is on, whatever the weights.'),
  matches: z
    .array(cohortMatch)
    .min(1, 'wanted at least one match')
    .max(limits.matchesPerCohort, `wanted at most ${limits.matchesPerCohort} matches`)
    .describe('Who belongs to it: any of these.'),
})

export const cohorts = z
  .array(cohort)
  .max(limits.cohortsPerPolicy, `wanted at most ${limits.cohortsPerPolicy} cohorts`)
  .superRefine((list, context) => {
    refuseRepeats(
      list,
      (each) => each.name,
      'cohort',
      (at) => [at, 'name'],
      context,
    )
    for (const { path, message } of neverReached(list)) {
      context.addIssue({ code: 'custom', message, path: [...path] })
    }
  })

export type Cohort = z.infer<typeof cohort>

/** Matches that an earlier one takes whole. */
function neverReached(
  list: readonly Cohort[],
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  const earlier: { readonly where: string; readonly match: Cohort['matches'][number] }[] = []
  return list.flatMap(({ name: cohortName, matches }, index) =>
    matches.flatMap((match, at) => {
      const wider = earlier.find((each) => coversMatch(each.match, match))
      earlier.push({ where: `cohort "${cohortName}" ([${index}].matches[${at}])`, match })
      if (wider === undefined) return []
      const message = `never reached: ${wider.where} takes all of these requests; put the narrower first`
      return [{ path: [index, 'matches', at], message }]
    }),
  )
}
