// The table of events holds together, and its page is made from it.
import { describe, expect, it } from 'vitest'
import { aboutOf, eventNames, messageOf, rowOf } from '../../../src/events/index.ts'
import { expectBlock, row } from '../../support/generated-block.ts'

const placeholders = (message: string): readonly string[] =>
  [...message.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

describe('the table of events', () => {
  it.each(eventNames)('%s has a sentence and folds by attributes that it has', (name) => {
    const { message, attributes, fold, reason } = rowOf(name)
    const known = Object.keys(attributes)
    expect(placeholders(message).filter((each) => !known.includes(each))).toEqual([])
    expect([...(fold?.same ?? []), ...(fold?.crowd ?? [])].filter((each) => !known.includes(each))).toEqual(
      [],
    )
    // What may be missing stands in brackets, so that no sentence has a hole.
    const always = placeholders(message.replace(/\[[^\]]*\]/g, ''))
    expect(always.filter((each) => attributes[each]?.optional === true)).toEqual([])
    expect(reason).toMatch(/^([A-Z][a-z]+)+$/)
  })

  it('gives each its own reason', () => {
    const reasons = eventNames.map((name) => rowOf(name).reason)
    expect(new Set(reasons).size).toBe(reasons.length)
  })

  it('is on the page, with every attribute', () => {
    const lines = eventNames.flatMap((name) => {
      const { severity, reason, what, attributes } = rowOf(name)
      const told = Object.entries(attributes).map(
        ([attribute, each]) => `\`${attribute}\`${each.optional === true ? ' (if any)' : ''}: ${each.what}`,
      )
      return row(`\`${name}\``, severity, `\`${reason}\``, what, told.join('; '))
    })
    expectBlock(
      'events.md',
      'events',
      ['| name | severity | reason | when | attributes |', '|---|---|---|---|---|', ...lines].join('\n'),
    )
  })
})

describe('what an event is about', () => {
  it('follows from its attributes, each once', () => {
    const attributes = {
      ...{
        push: '4',
        revision: 12,
        verb: 'switch',
        actor: 'lena',
        objectCount: 2,
        groups: ['shop/a', 'shop/a'],
      },
      objects: ['shop/Traffic/checkout', 'shop/Service/checkout'],
    }
    expect(aboutOf('push_started', attributes)).toEqual([
      { kind: 'push', push: '4' },
      { kind: 'revision', revision: 12 },
      { kind: 'object', object: 'shop/Traffic/checkout' },
      { kind: 'object', object: 'shop/Service/checkout' },
      { kind: 'group', group: 'shop/a' },
    ])
    const lapsed = { service: 'shop/checkout', place: 'shop/checkout/blue.1', count: 1, owners: [] }
    expect(aboutOf('endpoints_lapsed', lapsed)).toEqual([{ kind: 'object', object: 'shop/Service/checkout' }])
  })
})

describe('the sentence of an event', () => {
  it('leaves out what is not known', () => {
    const attributes = { push: '4', nodes: 2, switched: 2 }
    expect(messageOf('push_done', attributes)).toBe('push 4 done: 2 of 2 proxies')
    expect(messageOf('push_done', { ...attributes, verdict: 'no proxy known yet' })).toBe(
      'push 4 done: 2 of 2 proxies; no proxy known yet',
    )
  })

  it('names the first of many, and takes what came from outside for text', () => {
    const attributes = { push: '4', phase: 'switching', heldUpBy: ['a', '{push}', '[c]', 'd', 'e'] }
    expect(messageOf('push_held_up', attributes)).toBe(
      'push 4 (switching) waits for a, {push}, [c] and 2 more',
    )
  })

  it('is one line of bounded length', () => {
    const said = messageOf('store_read_only', { cause: `a\n\u001b[31mb${'x'.repeat(5_000)}` })
    expect(said).toContain('a [31mbxx')
    expect(said).toHaveLength(1_024)
  })
})
