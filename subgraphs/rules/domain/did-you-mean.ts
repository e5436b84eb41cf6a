const MAX_DISTANCE = 2;

/** How many characters have to be changed, added, left out or swapped with their neighbour to get from one word to the other. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

function partsOf(key: string): { name: string; arity: string } {
  const slash = key.lastIndexOf('/');
  return { name: key.slice(0, slash), arity: key.slice(slash + 1) };
}

/** The known predicate that was probably meant: the same name with other arguments, or nearly the same name; else null. */
export function likelyMeant(key: string, known: Iterable<string>): string | null {
  const wanted = partsOf(key);
  let best: string | null = null;
  let distance = Math.min(MAX_DISTANCE, Math.floor(wanted.name.length / 3)) + 1;
  for (const candidate of known) {
    const { name, arity } = partsOf(candidate);
    if (name === wanted.name) return candidate;
    if (arity !== wanted.arity || Math.abs(name.length - wanted.name.length) >= distance) continue;
    const found = editDistance(wanted.name, name);
    if (found >= distance) continue;
    best = candidate;
    distance = found;
  }
  return best;
}
