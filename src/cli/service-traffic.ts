// The traffic of one service, or of all services of a namespace that have a policy.
import { fromStruct, type ServiceTraffic } from '../api/index.ts'
import { ok, type Result } from '../base/index.ts'
import type { AdminClient, Failure } from '../client/index.ts'
import { at } from './kind-views.ts'

export async function readTraffic(
  client: AdminClient,
  namespace: string,
  service: string | undefined,
): Promise<Result<readonly ServiceTraffic[], Failure>> {
  const names = service === undefined ? await servicesIn(client, namespace) : ok([service])
  if (!names.ok) return names
  const found: ServiceTraffic[] = []
  for (const name of names.value) {
    const one = await client.call('Traffic', 'Get', { namespace, service: name })
    if (!one.ok) return one
    found.push(one.value)
  }
  return ok(found)
}

/** Services with a policy: the others have neither cohorts nor mirrors. */
async function servicesIn(
  client: AdminClient,
  namespace: string,
): Promise<Result<readonly string[], Failure>> {
  const services = new Set<string>()
  let pageToken = ''
  do {
    const answer = await client.call('Config', 'List', {
      kind: 'TrafficPolicy',
      namespace,
      pageToken,
      view: 'VIEW_HEAD',
    })
    if (!answer.ok) return answer
    for (const { manifest } of answer.value.objects) {
      const spec = manifest === null ? undefined : at(fromStruct(manifest), 'spec', 'service')
      if (typeof spec === 'string') services.add(spec)
    }
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok([...services].sort())
}
