// Refused content is never sent again to the same node and type; and without something new, nothing is sent.
import { limits } from '../../../src/base/index.ts'
import type { Request } from '../../../src/xds/machine.ts'
import { parseVersion } from '../../../src/xds/version.ts'
import type { Host } from '../host.ts'
import { shortType } from '../host.ts'
import type { Link } from '../network.ts'
import type { Rule, Scene } from './watch.ts'

/** Responses that one reason may bring on a stream: every type, some in two goes (the union, then without it). */
const responsesPerReason = 16

interface Counted {
  responses: number
  reasons: number
  /** By nonce, oldest first: what was sent and is not answered yet. */
  readonly sent: Map<string, Sent>
  /** Content that was refused → how often it was sent on this stream since. */
  readonly again: Map<object, number>
}

interface Sent {
  readonly typeUrl: string
  /** As sent, and without the number of a resend. */
  readonly version: string
  readonly plain: string
}

export function refusalsRule({ links, now, fault }: Scene): Rule {
  /** Node, type and version → whether it was refused, and whether it was ever taken. */
  const contents = new Map<string, { refused: boolean; taken: boolean }>()
  const counted = new Map<Link<Host>, Counted>()
  const countOf = (link: Link<Host>): Counted => {
    const found = counted.get(link) ?? { responses: 0, reasons: 2, sent: new Map(), again: new Map() }
    counted.set(link, found)
    return found
  }
  const contentOf = (id: string, typeUrl: string, version: string) => {
    const key = `${id} ${typeUrl} ${version}`
    const found = contents.get(key) ?? { refused: false, taken: false }
    contents.set(key, found)
    return found
  }

  return {
    died: () => {
      counted.clear()
      // What was repaired is not remembered over a restart: it may be tried once more.
      for (const content of contents.values()) content.refused = false
    },
    toldStreams: (message) => {
      if (message.kind === 'publish') {
        // Asked for again: a refusal may have had a cause that passed, so it is tried once more.
        for (const [typeUrl, { version }] of Object.entries(message.types))
          for (const [key, content] of contents)
            if (key.endsWith(` ${typeUrl} ${version}`)) content.refused = false
      }
      if (message.kind === 'publish' || message.kind === 'groups' || message.kind === 'ready')
        for (const link of links.values()) countOf(link).reasons += 1
      if (message.kind === 'doubt' || message.kind === 'trust')
        for (const link of links.values()) if (link.owner.id === message.node) countOf(link).reasons += 1
    },
    requested: (link, request) => {
      const count = countOf(link)
      // SotW: the version that it took last, on a new stream too, where nobody heard of the ACK.
      if (request.version !== '') {
        const { plain } = parseVersion(request.version)
        contentOf(link.owner.id, request.typeUrl, plain).taken = true
      }
      const answered = count.sent.get(request.nonce)
      if (answered !== undefined) {
        const { taken, refused } = judge(count.sent, answered, request)
        if (taken !== undefined) contentOf(link.owner.id, taken.typeUrl, taken.plain).taken = true
        if (refused !== undefined) contentOf(link.owner.id, refused.typeUrl, refused.plain).refused = true
      }
      const isPlainAck =
        request.nonce !== '' &&
        request.refusal === undefined &&
        request.subscribe.length + request.unsubscribe.length === 0
      if (!isPlainAck || link.variant === 'sotw') count.reasons += isPlainAck ? 0.25 : 1
    },
    written: (link, { typeUrl, version, nonce }) => {
      const count = countOf(link)
      const { plain } = parseVersion(version)
      count.sent.set(nonce, { typeUrl, version, plain })
      count.responses += 1
      const time = (now() - link.openedAt) / limits.orderDeadlineMs
      if (count.responses > responsesPerReason * (count.reasons + time))
        fault('no response without change', `${link.owner.key}: ${count.responses} responses`)
      const content = contentOf(link.owner.id, typeUrl, plain)
      if (!content.refused) return
      const again = (count.again.get(content) ?? 0) + 1
      count.again.set(content, again)
      const text = `${link.owner.key} is sent ${shortType(typeUrl)} ${plain} again, refused`
      if (!content.taken) fault('refused content is never sent again', text)
      // What is good was refused too: it is tried a few times, and then waits for new content.
      else if (again > limits.resendsInARow + 1)
        fault('refused content is never sent again', `${text} ${again} times`)
    },
  }
}

interface Judged {
  readonly taken: Sent | undefined
  readonly refused: Sent | undefined
}

/**
 * What an answer says. While a cluster warms, an Envoy of SotW answers none of CDS, and then all by one request: the newest
 * nonce, the version that it took last, and the text of a refusal if there was any. Under the version of the newest that one was
 * taken, and one before it was refused (test/sim/transcripts/cds-refused-warming-sotw.txt). Ends the wait for all of them.
 */
function judge(sent: Map<string, Sent>, newest: Sent, request: Request): Judged {
  let before: Sent | undefined
  for (const [nonce, one] of sent) {
    if (one.typeUrl !== newest.typeUrl) continue
    sent.delete(nonce)
    if (one === newest) break
    if (one.version !== newest.version) before = one
  }
  if (request.refusal === undefined) return { taken: newest, refused: undefined }
  const isTaken = request.version === newest.version && before !== undefined
  return isTaken ? { taken: newest, refused: before } : { taken: undefined, refused: newest }
}
