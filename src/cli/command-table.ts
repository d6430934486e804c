// Every command, in the order of help. A command is one file in commands/ and one line here; its file is loaded
// only when it is called, so that --help needs neither gRPC nor a server.
import type { Command } from 'commander'

export interface CommandModule {
  /** Adds arguments, options, examples and the action. */
  readonly configure: (command: Command) => void
}
export interface CommandEntry {
  readonly name: string
  /** Arguments as they stand in help. */
  readonly usage: string
  readonly summary: string
  readonly group: 'Start' | 'Intent' | 'Traffic' | 'Fleet' | 'This machine'
  readonly load: () => Promise<CommandModule>
}

export const commandTable: readonly CommandEntry[] = [
  {
    name: 'demo',
    usage: '[options]',
    summary: 'watch blue-green on real Envoys, from nothing, on this machine',
    group: 'Start',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'serve',
    usage: '[options]',
    summary: 'run the control plane',
    group: 'Start',
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'ready',
    usage: '[options]',
    summary: 'ask the control plane of this machine whether it serves',
    group: 'Start',
    load: () => import('./commands/ready.ts'),
  },
  {
    name: 'bootstrap',
    usage: '--node-id ID [options]',
    summary: 'print the bootstrap that an Envoy starts from',
    group: 'Start',
    load: () => import('./commands/bootstrap.ts'),
  },
  {
    name: 'apply',
    usage: '-f FILE... [options]',
    summary: 'create and change objects; leaves traffic where it is',
    group: 'Intent',
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'diff',
    usage: '-f FILE... [options]',
    summary: 'what apply would do',
    group: 'Intent',
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'validate',
    usage: '-f FILE... [options]',
    summary: 'check manifests on this machine, without a server',
    group: 'Intent',
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'get',
    usage: '[KIND [NAME...] | KIND/NAME...] [options]',
    summary: 'list objects, or print some',
    group: 'Intent',
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'delete',
    usage: 'KIND NAME... | KIND/NAME... [options]',
    summary: 'delete objects',
    group: 'Intent',
    load: () => import('./commands/delete.ts'),
  },
  {
    name: 'undo',
    usage: 'REVISION [options]',
    summary: 'put back what one revision changed',
    group: 'Intent',
    load: () => import('./commands/undo.ts'),
  },
  {
    name: 'restore',
    usage: '--to REVISION [options]',
    summary: 'take everything back to how it was at a revision',
    group: 'Intent',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'traffic',
    usage: '[SERVICE] [options]',
    summary: 'where requests go: shares wanted, applied and observed',
    group: 'Traffic',
    load: () => import('./commands/traffic.ts'),
  },
  {
    name: 'switch',
    usage: 'SERVICE ENVIRONMENT [options]',
    summary: 'send all traffic of a service to one environment',
    group: 'Traffic',
    load: () => import('./commands/switch.ts'),
  },
  {
    name: 'split',
    usage: 'SERVICE ENVIRONMENT=PERCENT... [options]',
    summary: 'share the traffic of a service between environments',
    group: 'Traffic',
    load: () => import('./commands/split.ts'),
  },
  {
    name: 'cohort',
    usage: 'SERVICE COHORT on|off | list [SERVICE] [options]',
    summary: 'send a named group of requests to its environment, or list them',
    group: 'Traffic',
    load: () => import('./commands/cohort.ts'),
  },
  {
    name: 'mirror',
    usage: 'SERVICE MIRROR on|off | list [SERVICE] [options]',
    summary: 'copy requests for another environment, or list what is copied',
    group: 'Traffic',
    load: () => import('./commands/mirror.ts'),
  },
  {
    name: 'rollback',
    usage: 'SERVICE [options]',
    summary: 'undo the last move of a service’s traffic',
    group: 'Traffic',
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'fence',
    usage: 'SERVICE | list SERVICE | remove SERVICE ID [options]',
    summary: 'a migration is done: no way back over it, unless forced',
    group: 'Traffic',
    load: () => import('./commands/fence.ts'),
  },
  {
    name: 'explain',
    usage: 'URL [options]',
    summary: 'which way a request takes: route, environment, mirrors',
    group: 'Traffic',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'history',
    usage: 'SERVICE [options]',
    summary: 'who moved a service, when and why',
    group: 'Traffic',
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'endpoints',
    usage: 'set|patch|drain|list [options]',
    summary: 'register backends, drain them, see how they stand',
    group: 'Traffic',
    load: () => import('./commands/endpoints.ts'),
  },
  {
    name: 'push',
    usage: 'list|get|watch|abort [ID] [options]',
    summary: 'follow what brings the fleet to a change',
    group: 'Fleet',
    load: () => import('./commands/push.ts'),
  },
  {
    name: 'events',
    usage: '[options]',
    summary: 'what happened, and what happens',
    group: 'Fleet',
    load: () => import('./commands/events.ts'),
  },
  {
    name: 'describe',
    usage: 'KIND NAME... [options]',
    summary: 'one thing with all that belongs to it: uses, pushes, events',
    group: 'Fleet',
    load: () => import('./commands/describe.ts'),
  },
  {
    name: 'wait',
    usage: 'TARGET... --for CONDITION [options]',
    summary: 'wait until something is so; the exit status tells',
    group: 'Fleet',
    load: () => import('./commands/wait.ts'),
  },
  {
    name: 'proxies',
    usage: '[options]',
    summary: 'list the proxies and what they hold',
    group: 'Fleet',
    load: () => import('./commands/proxies.ts'),
  },
  {
    name: 'proxy',
    usage: 'NODE [options]',
    summary: 'one proxy: what it holds, what it refused',
    group: 'Fleet',
    load: () => import('./commands/proxy.ts'),
  },
  {
    name: 'config',
    usage: 'get-contexts|use-context|set-context|view|… [options]',
    summary: 'where servers are and who you are there, by name',
    group: 'This machine',
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'completion',
    usage: 'bash|zsh|fish [options]',
    summary: 'print what completes this command in your shell',
    group: 'This machine',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'version',
    usage: '[options]',
    summary: 'the version of this program, and of the server',
    group: 'This machine',
    load: () => import('./commands/version.ts'),
  },
  {
    name: 'store',
    usage: 'verify|status|generations|serve|salvage [options]',
    summary: 'check a store; what to do when it is damaged or its disk is full',
    group: 'Fleet',
    load: () => import('./commands/store.ts'),
  },
]
