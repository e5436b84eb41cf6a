export async function missingSql(_: { subgraph: string; folder: string }): Promise<string> {
  return '';
}
