// How `verdigris traffic` shows where the requests of a service go: what is wanted, what the proxies are told, what was seen.
import type { EnvironmentTraffic, ServiceTraffic } from '../../api/index.ts'
import { msOf } from '../output/plain.ts'
import { type Column, facts } from '../output/table.ts'
import { age, shareText } from '../output/words.ts'

/** Columns of the table: a row for each environment. */
export const trafficColumns = (isWide: boolean, withNamespaces: boolean): readonly Column[] => [
  ...(withNamespaces ? [{ title: 'NAMESPACE', shrinks: true }] : []),
  { title: 'SERVICE', shrinks: true },
  { title: 'ENVIRONMENT', shrinks: true },
  { title: 'RELEASE', shrinks: true },
  { title: 'WANTED', alignRight: true },
  { title: 'APPLIED', alignRight: true },
  { title: 'OBSERVED', alignRight: true },
  { title: 'ENDPOINTS', alignRight: true },
  ...(isWide
    ? [
        { title: 'INCARNATION', alignRight: true },
        { title: 'DIGEST' },
        { title: 'MANAGED BY' },
        { title: 'REVISION', alignRight: true },
        { title: 'AGE', alignRight: true },
        { title: 'ACTOR' },
        { title: 'REASON' },
      ]
    : []),
]

export function trafficRows(
  traffic: ServiceTraffic,
  isWide: boolean,
  withNamespaces: boolean,
  now: number,
): readonly (readonly string[])[] {
  const { revision, at } = traffic
  const wide = (each: EnvironmentTraffic): readonly string[] => [
    String(each.incarnation),
    each.digest,
    traffic.managedBy,
    revision === 0 ? '' : `r${revision}`,
    at === null ? '' : age(now - msOf(at)),
    traffic.actor,
    traffic.reason,
  ]
  return traffic.environments.map((each) => [
    ...(withNamespaces ? [traffic.namespace] : []),
    traffic.service,
    each.environment,
    each.release,
    shareText(each.wanted),
    shareText(each.applied),
    each.observed === undefined ? '-' : shareText(each.observed),
    String(each.endpoints),
    ...(isWide ? wide(each) : []),
  ])
}

/** What stands above the table when one service is asked for. */
export function trafficFacts(traffic: ServiceTraffic, now: number): string[] {
  const { revision, actor, reason, at, cohorts, mirrors, fences } = traffic
  const moved = [
    revision === 0 ? '' : `r${revision}`,
    actor === '' ? '' : `by ${actor}`,
    at === null ? '' : `${age(now - msOf(at))} ago`,
  ].filter((part) => part !== '')
  return facts([
    ['Service', traffic.service],
    ['Managed by', traffic.managedBy],
    ['Moved', `${moved.join(' ')}${reason === '' ? '' : `: ${reason}`}`],
    ['Push', traffic.push],
    [
      'Cohorts on',
      cohorts
        .filter(({ wanted }) => wanted)
        .map(({ cohort, environment }) => `${cohort} → ${environment}`)
        .join(', '),
    ],
    [
      'Mirrors on',
      mirrors
        .filter(({ wanted }) => wanted > 0)
        .map(({ mirror, from, to, wanted }) => `${mirror} ${from} → ${to} ${shareText(wanted)}`)
        .join(', '),
    ],
    ['Fences', fences.map(({ id, text }) => `${id}: ${text}`).join(', ')],
  ])
}
