// The proxies of the fleet, all pages of them.
import type { Node } from '../api/index.ts'
import { ok, type Result } from '../base/index.ts'
import type { AdminClient, Failure } from '../client/index.ts'

/** Those of a node group (`namespace/name`); without one, all of them. */
export async function readNodes(client: AdminClient, group = ''): Promise<Result<readonly Node[], Failure>> {
  const nodes: Node[] = []
  let pageToken = ''
  do {
    const answer = await client.call('Nodes', 'List', { group, pageToken })
    if (!answer.ok) return answer
    nodes.push(...answer.value.nodes)
    pageToken = answer.value.nextPageToken
  } while (pageToken !== '')
  return ok(nodes)
}
