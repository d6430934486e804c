// Where the demo shows itself: a live view on a terminal, plain lines elsewhere, on stderr when stdout is for JSON.
import pc from 'picocolors'
import type { Claim } from '../figures.ts'
import type { DemoState } from '../state.ts'
import { claimLines, cut, renderFrame } from './frame.ts'

type Colors = ReturnType<typeof pc.createColors>
export interface Output {
  readonly isTTY?: boolean
  /** Lines of the terminal. */
  readonly rows?: number
  write(text: string): unknown
}

export interface Screen {
  readonly live: boolean
  readonly colors: Colors
  /** A line that stays, above the live view. */
  say(line: string): void
  scene(state: DemoState): void
  claim(claim: Claim): void
  /** Draws the live view (nothing elsewhere). Called five times a second. */
  draw(state: DemoState): void
  /** Draws the whole view once more, with every claim; it stays, and the next lines and views come below it. */
  settle(state: DemoState): void
  /** Leaves what is drawn and gives the cursor back. */
  close(): void
}

/** A screen on this output. `live` needs a terminal. */
export function openScreen(out: Output, live: boolean): Screen {
  const colors = pc.createColors(live && pc.isColorSupported)
  const redraw = live && out.isTTY === true
  let drawn = 0
  if (redraw) out.write('\x1b[?25l')

  const erase = (): void => {
    if (drawn > 0) out.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }
  const say = (line: string): void => {
    if (redraw) erase()
    out.write(`${line}\n`)
  }
  return {
    live: redraw,
    colors,
    say,
    scene(state) {
      if (redraw || state.scene === undefined) return
      const { number, title, command } = state.scene
      const at = (state.elapsedMs / 1_000).toFixed(1).padStart(5)
      say(`[${at} s] ${number}/${state.scenes} ${title}`)
      say(`          $ ${cut(command, 67)}`)
    },
    claim(claim) {
      if (redraw) return
      for (const line of claimLines(claim, colors)) say(`          ${line}`)
    },
    draw(state) {
      if (!redraw) return
      // The cursor stands below the last line, and cannot climb beyond the first row.
      const lines = renderFrame(state, colors, (out.rows ?? Number.POSITIVE_INFINITY) - 1)
      // Line by line over the old frame: erasing the whole first would flicker.
      const up = drawn > 0 ? `\x1b[${drawn}A` : ''
      // No wrapping meanwhile: a line that wraps would be two, and the view would climb.
      out.write(`${up}\x1b[?7l${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J\x1b[?7h`)
      drawn = lines.length
    },
    settle(state) {
      if (redraw) {
        erase()
        out.write(`${renderFrame(state, colors).join('\n')}\n`)
      }
      drawn = 0
    },
    close() {
      if (redraw) out.write('\x1b[?25h')
      drawn = 0
    },
  }
}
