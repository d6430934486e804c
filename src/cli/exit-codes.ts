// What the exit status says. Scripts rest on it; docs/reference/cli.md lists the same and a test compares them.

/** Name → status and meaning. */
export const exitTable = {
  ok: { code: 0, meaning: 'It is done; with `--wait`, on every proxy. `diff`: no difference.' },
  failed: {
    code: 1,
    meaning:
      'Refused or failed; nothing was changed. `diff`, and `restore` without `--yes`: there are differences. `explain`: nothing takes the request. `store verify`: it is damaged.',
  },
  usage: {
    code: 2,
    meaning:
      'The command line or the input is wrong: a flag, a manifest, a name. `diff`: any failure but those below. `store verify`: it cannot be told.',
  },
  notConnected: {
    code: 3,
    meaning:
      'The server cannot be asked: not running, another address or certificate, or it cannot take changes now.',
  },
  takenBack: {
    code: 4,
    meaning:
      'With `--wait`, and `wait push/ID`: the push was aborted, reverted or overtaken; the fleet is not where the command wanted it.',
  },
  notThereYet: {
    code: 5,
    meaning:
      'With `--wait`, and `wait`: split between proxies, or not so when the time was over; the push goes on by itself.',
  },
  interrupted: { code: 130, meaning: 'Ended by Ctrl-C. What was committed stays; its push goes on.' },
} as const

export type Exit = keyof typeof exitTable
/** The status of a named exit. */
export const exitCode = (exit: Exit): number => exitTable[exit].code
