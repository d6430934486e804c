// Text over several lines, broken between words.

/** Lines of at most `width` letters, at most `most` of them; what does not fit ends in `…`. Infinity: one line. */
export function wrapped(text: string, width: number, most: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/).flatMap((each) => pieces(each, width))) {
    const longer = line === '' ? word : `${line} ${word}`
    if ([...longer].length <= width) line = longer
    else {
      lines.push(line)
      line = word
    }
  }
  lines.push(line)
  if (lines.length <= most) return lines
  const last = [...(lines[most - 1] ?? '')].slice(0, Math.max(0, width - 1)).join('')
  return [...lines.slice(0, most - 1), `${last}…`]
}

/** A word that is longer than a line in parts. */
function pieces(word: string, width: number): readonly string[] {
  const letters = [...word]
  if (letters.length <= width) return [word]
  const parts: string[] = []
  for (let from = 0; from < letters.length; from += width)
    parts.push(letters.slice(from, from + width).join(''))
  return parts
}
