// Outlives the process that started it by a moment: when that one is gone, however it ended, this ends the processes
// and removes the folders that it had registered. Lines on stdin: `+pid N`, `-pid N`, `+folder P`, `-folder P`.
import { rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const pids = new Set<number>()
const folders = new Set<string>()

// Ctrl-C reaches the whole group of a terminal: this one has to stay for the clean-up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [verb, value] = [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]
    if (verb === '+pid') pids.add(Number(value))
    else if (verb === '-pid') pids.delete(Number(value))
    else if (verb === '+folder') folders.add(value)
    else if (verb === '-folder') folders.delete(value)
  })
  .on('close', () => {
    // Each leads a group of its own, with whatever it has started.
    for (const pid of pids) if (!send(-pid, 'SIGKILL')) send(pid, 'SIGKILL')
    waitForEnd(50)
  })

/** A process that is still dying may write into a folder that is being removed. */
function waitForEnd(turns: number): void {
  const living = [...pids].filter((pid) => send(pid, 0))
  if (living.length > 0 && turns > 0) {
    setTimeout(() => waitForEnd(turns - 1), 100)
    return
  }
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  process.exit(0)
}

/** False when there is no such process. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}
