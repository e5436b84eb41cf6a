/** `YYYY-NNNNNN`; from the millionth of a year on the number grows longer, so it stays unique. */
export function accessionNumber(year: number, counter: number): string {
  return `${year}-${String(counter).padStart(6, '0')}`;
}
