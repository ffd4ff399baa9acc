import { Lines, type Remark } from './source';

/** The keys that an object of a valid JSON text has twice. The last one counts, in CloudFormation as in JSON.parse. */
export function duplicateKeys(text: string): Remark[] {
  const remarks: Remark[] = [];
  const open: (Set<string> | undefined)[] = [];
  let lines: Lines | undefined;
  for (let offset = 0; offset < text.length; offset++) {
    const character = text[offset];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const start = offset++;
      while (text[offset] !== '"') offset += text[offset] === '\\' ? 2 : 1;
      const keys = open[open.length - 1];
      if (keys === undefined || !/^\s*:/.test(text.slice(offset + 1, offset + 20))) continue;
      const key = text.slice(start + 1, offset);
      if (keys.has(key)) {
        lines ??= new Lines(text);
        remarks.push({ ...lines.positionOf(start), because: `${key} is written twice; the last one counts` });
      }
      keys.add(key);
    }
  }
  return remarks;
}
