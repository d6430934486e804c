// What a target is sent of an event: all of it as JSON, or a short message as Slack takes it.
import { assertNever, type Json } from '../base/index.ts'
import { type EventEntry, type EventReference, rowOf } from '../events/index.ts'
import type { Delivery, WebhookTarget } from './types.ts'

/** The delivery of an event; `epoch`: of its id. */
export function deliveryOf(
  event: EventEntry,
  epoch: string,
  { format }: Pick<WebhookTarget, 'format'>,
): Delivery {
  const id = `${epoch}-${event.id}`
  const content = format === 'slack' ? slackMessage(event) : { delivery: id, event: eventJson(event, epoch) }
  return { id, event: event.name, body: JSON.stringify(content) }
}

/** As `verdigris events -o json` has it. */
function eventJson(event: EventEntry, epoch: string): Json {
  const { id, at, firstAt, count, name, message, about, attributes } = event
  const { severity, reason } = rowOf(name)
  return {
    ...{ id, epoch, at: isoTime(at), firstAt: isoTime(firstAt), count, name },
    ...{ severity: severity.toLowerCase(), reason, message },
    about: about.map(referenceJson),
    attributes,
  }
}

function referenceJson(reference: EventReference): Json {
  if (reference.kind !== 'object') {
    const { kind: _, ...to } = reference
    return to
  }
  const [namespace = '', kind = '', name = ''] = reference.object.split('/')
  return { object: { namespace, kind, name } }
}

const isoTime = (ms: number): string => new Date(ms).toISOString()

/** `text` is what notifications show; the blocks are what the channel shows. */
function slackMessage(event: EventEntry): Json {
  const { severity, reason } = rowOf(event.name)
  const times = event.count > 1 ? ` (x${event.count})` : ''
  const message = slackText(event.message, slackLetters)
  const mark = severity === 'Warning' ? ':warning: ' : ''
  const about = event.about.slice(0, referencesShown).map(referenceName)
  const more = event.about.length > referencesShown ? ` and ${event.about.length - referencesShown} more` : ''
  const context = slackText(`${isoTime(event.at)} ${about.join(', ')}${more}`, slackLetters)
  return {
    text: `${severity} ${reason}: ${message}${times}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `${mark}*${reason}*${times}\n${message}` } },
      { type: 'context', elements: [{ type: 'mrkdwn', text: context }] },
    ],
  }
}
/** Letters of a message: a channel is no log. */
const slackLetters = 400
const referencesShown = 5

/** Cut first: half of an escaped letter would be none. */
function slackText(text: string, most: number): string {
  const letters = [...text]
  const short = letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text
  return short.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function referenceName(reference: EventReference): string {
  switch (reference.kind) {
    case 'object':
      return reference.object
    case 'node':
      return reference.node
    case 'group':
      return reference.group
    case 'push':
      return `push ${reference.push}`
    case 'revision':
      return `r${reference.revision}`
    default:
      return assertNever(reference)
  }
}
