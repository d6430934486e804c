// The words of an unfinished command line, as a shell would have them. Pure.

/** Words before the last one, and the last one as far as it was typed; quotes and backslashes are taken away. */
export function splitLine(line: string): { readonly words: readonly string[]; readonly last: string } {
  const words: string[] = []
  let word: string | undefined
  let quote: string | undefined
  for (let index = 0; index < line.length; index += 1) {
    const letter = line.charAt(index)
    if (quote !== undefined) {
      if (letter === quote) quote = undefined
      else if (letter === '\\' && quote === '"') {
        index += 1
        word = `${word ?? ''}${line.charAt(index)}`
      } else word = `${word ?? ''}${letter}`
    } else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (letter === '\\') {
      index += 1
      word = `${word ?? ''}${line.charAt(index)}`
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
      // What stands before a pipe or a semicolon is another command's.
    } else if ('|;&'.includes(letter)) {
      words.length = 0
      word = undefined
    } else word = `${word ?? ''}${letter}`
  }
  return { words, last: word ?? '' }
}
