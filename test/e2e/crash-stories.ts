// Pushes of every kind on real proxies, each told as commands that are sent until they are answered, always under the same
// request ids: so a story that a crash cut short is told again from its beginning.
import type { ChangeAnswer } from '../../src/api/index.ts'
import type { Fleet } from '../support/fleet.ts'

export interface Story {
  readonly name: string
  /** A node group whose next new cluster no Envoy takes. */
  readonly spoils?: string
  /** Where its base is other than all on blue. */
  readonly base?: 'green'
  /** Environments that take over from each other at a proxy, told once and undisturbed. */
  readonly turns: readonly string[]
  /** Whether a proxy may have turned there and back, or not at all, depending on when the crash came. */
  readonly goesBack?: boolean
  commands(round: number): readonly Command[]
}

/** One command. `unanswered`: what stands in the way of this edge while it runs is lifted after the next one. */
export interface Command {
  readonly name: string
  /** Index of an edge that hears nothing from here until the next command was answered. */
  readonly holds?: number
  /** The next is sent when its push has ended. */
  readonly waits?: boolean
  send(fleet: Fleet, options: { readonly reason: string; readonly requestId: string }): Promise<ChangeAnswer>
}

const release = (version: string, name = 'apply'): Command => ({
  name,
  send: (fleet, options) =>
    fleet.admin.call('Config', 'Apply', {
      sources: [{ name: 'release.yaml', text: fleet.service({ blue: '1', green: version }) }],
      options,
    }),
})

const switchTo = (environment: string): Command => ({
  name: `switch to ${environment}`,
  send: (fleet, options) =>
    fleet.admin.call('Traffic', 'Switch', { service: 'checkout', environment, options }),
})

const rollback: Command = {
  name: 'rollback',
  send: (fleet, options) => fleet.admin.call('Traffic', 'Rollback', { service: 'checkout', options }),
}

/** A listener on a port that a backend has. Its name is new each time: what was refused once is never sent again. */
const listenerInUse = (name: string): Command => ({
  name: 'apply a listener',
  send: (fleet, options) => {
    const taken = fleet.backends.instances[0]?.port ?? 0
    const gateway = fleet
      .manifests()
      .split('---\n')
      .find((text) => text.includes('kind: Gateway') && text.includes('name: edge-1'))
    const text = `${gateway}    - name: ${name}\n      address: 127.0.0.1\n      port: ${taken}\n`
    return fleet.admin.call('Config', 'Apply', { sources: [{ name: 'gateway.yaml', text }], options })
  },
})

export const stories: readonly Story[] = [
  {
    name: 'a switch between warm environments',
    turns: ['green'],
    commands: () => [switchTo('green')],
  },
  {
    name: 'a rollback',
    base: 'green',
    turns: ['blue'],
    commands: () => [rollback],
  },
  {
    name: 'a release that is prepared, the retirement and removal of the one before',
    turns: [],
    commands: (round) => [release(`prepared-${round}`)],
  },
  {
    name: 'a release and the switch to it',
    turns: ['green'],
    commands: (round) => [{ ...release(`switched-${round}`), waits: true }, switchTo('green')],
  },
  {
    name: 'a release that a proxy refuses before the decision',
    spoils: 'default/edge-2',
    turns: [],
    commands: (round) => [release(`refused-${round}`)],
  },
  {
    name: 'a listener that a proxy refuses after the decision',
    turns: [],
    commands: (round) => [listenerInUse(`taken-${round}`)],
  },
  {
    name: 'a release that overtakes one that prepares',
    turns: [],
    commands: (round) => [
      { ...release(`overtaken-${round}`), holds: 1 },
      release(`overtakes-${round}`, 'apply another'),
    ],
  },
  {
    name: 'a rollback that overtakes a switch',
    base: 'green',
    turns: [],
    goesBack: true,
    commands: () => [
      { ...switchTo('blue'), holds: 1 },
      { ...rollback, name: 'rollback' },
    ],
  },
]
