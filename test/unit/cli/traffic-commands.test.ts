// verdigris cohort and verdigris mirror: what they ask of the server, what they refuse by themselves, and what they list.
import { describe, expect, it } from 'vitest'
import { commandLine } from './with-server.ts'

const cli = commandLine()
const { run } = cli

describe('cohort', () => {
  it('turns one on or off, and says so', async () => {
    const on = await run(['cohort', 'cart', 'testers', 'on', '--reason', 'look'])
    expect([on.status, on.stdout.split('\n')[0]]).toEqual([0, 'cart: cohort testers on (r12, push 7)'])
    await run(['cohort', 'cart', 'testers', 'off', '--dry-run'])
    expect(cli.commands).toMatchObject([
      { verb: 'cohort', service: 'cart', cohorts: { testers: true }, reason: 'look' },
      { verb: 'cohort', service: 'cart', cohorts: { testers: false }, dryRun: true },
    ])
    expect(cli.commands[0]).not.toHaveProperty('weights')
  })

  it.each([
    [['cohort', 'cart', 'testers'], /wanted "on" or "off" after the name of the cohort/],
    [['cohort', 'cart', 'testers', 'maybe'], /Wanted on or off/],
    [['cohort'], /missing required argument 'service'/],
  ])('refuses %j', async (args, said) => {
    const ran = await run(args)
    expect([ran.status, ran.stdout, cli.commands]).toEqual([2, '', []])
    expect(ran.stderr).toMatch(said)
  })
})

describe('mirror', () => {
  it('turns one on, as its policy says or at a share, and off', async () => {
    await run(['mirror', 'cart', 'try', 'on'])
    const some = await run(['mirror', 'cart', 'try', '--percent', '2.5'])
    expect(some.stdout.split('\n')[0]).toBe('cart: mirror try at 2.5% (r12, push 7)')
    await run(['mirror', 'cart', 'try', 'off'])
    expect(cli.commands).toMatchObject([
      { verb: 'mirror', mirrors: { try: 'on' } },
      { verb: 'mirror', mirrors: { try: 250 } },
      { verb: 'mirror', mirrors: { try: 'off' } },
    ])
  })

  it.each([
    [['mirror', 'cart', 'try'], /wanted "on", "off" or --percent after the name of the mirror/],
    [['mirror', 'cart', 'try', 'off', '--percent', '5'], /wanted no --percent with "off"/],
    [['mirror', 'cart', 'try', '--percent', '0'], /Wanted 0\.01 to 100/],
    [['mirror', 'cart', 'try', '--percent', '100.5'], /Wanted 0\.01 to 100/],
  ])('refuses %j', async (args, said) => {
    const ran = await run(args)
    expect([ran.status, ran.stdout, cli.commands]).toEqual([2, '', []])
    expect(ran.stderr).toMatch(said)
  })
})

describe('the lists', () => {
  it.each([
    [['cohort', 'list', 'cart'], 'SERVICE  COHORT  ENVIRONMENT  STATE'],
    [['mirror', 'list'], 'SERVICE  MIRROR  FROM  TO  COPIES'],
    [['cohort', 'cart'], 'SERVICE  COHORT  ENVIRONMENT  STATE'],
  ])('%j ask and change nothing', async (args, head) => {
    const ran = await run(args)
    expect([ran.status, ran.stderr, cli.commands]).toEqual([0, '', []])
    expect(ran.stdout.split('\n')[0]?.trimEnd()).toBe(head)
  })
})
