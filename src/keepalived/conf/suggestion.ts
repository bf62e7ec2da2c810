/** The known word a mistyped one was most likely meant to be. */

/** Longer words are no slips of the finger, and comparing them would cost time. */
const LONGEST = 40;

/** The nearest of `names` within two slips (insert, delete, replace, swap), the first of equals; or null. */
export function closest(word: string, names: readonly string[]): string | null {
  if (word.length < 3 || word.length > LONGEST) return null;
  const allowed = word.length < 6 ? 1 : 2;
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const name of names) {
    if (Math.abs(name.length - word.length) > allowed) continue;
    const distance = slips(word.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance. */
function slips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replace, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
