// What finding and installing says while it works, and how a terminal or a log shows it.

export type EnvoyProgress =
  /** One sentence for people. */
  | { readonly kind: 'note'; readonly text: string }
  /** Bytes so far of a step that takes a while. */
  | {
      readonly kind: 'step'
      readonly step: 'downloading' | 'unpacking'
      readonly bytes: number
      readonly total: number
    }

/** Prints notes as lines, and steps as one line that is redrawn on a terminal, or at every quarter elsewhere. */
export function progressPrinter(out: {
  readonly isTTY?: boolean
  write(text: string): unknown
}): (progress: EnvoyProgress) => void {
  let open = false
  let lastQuarter = -1
  const closeLine = (): void => {
    if (open) out.write('\n')
    open = false
  }
  return (progress) => {
    if (progress.kind === 'note') {
      closeLine()
      lastQuarter = -1
      out.write(`${progress.text}\n`)
      return
    }
    const share = Math.min(1, progress.bytes / progress.total)
    const text = `${progress.step} ${megabytes(progress.bytes)} of ${megabytes(progress.total)}`
    if (out.isTTY === true) {
      const filled = Math.round(share * 30)
      out.write(`\r${text.padEnd(32)} ${'█'.repeat(filled)}${'░'.repeat(30 - filled)}`)
      open = true
      if (share === 1) closeLine()
      return
    }
    const quarter = Math.floor(share * 4)
    if (quarter !== lastQuarter) out.write(`${text}\n`)
    lastQuarter = quarter
  }
}

/** `37 MB`. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}
