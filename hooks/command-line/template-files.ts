import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../engine/scope';
import type { Remark } from '../../src/cloudformation/template/source';
import { readBytes, readJson } from './files';
import { UsageError } from './usage-error';

/** A text to check. */
export interface TemplateFile {
  /** Path, or `-` for standard input. */
  readonly path: string;
  readonly text: string;
  /** What is odd about how it is encoded. */
  readonly remarks?: readonly Remark[];
}

const TEMPLATE_NAME = /\.(ya?ml|json|template)$/;
const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.venv']);

/** Whether a text can be a template at all: cheap, so that other files of a folder cost nothing. */
const LOOKS_LIKE_TEMPLATE =
  /^(["']?Resources["']?\s*:|\s+"Resources"\s*:|\s*\{\s*"Resources"\s*:|.{0,2000}[{,]"Resources":\{)/m;

/**
 * The templates that paths name: files, folders with everything below, folders that `cdk synth` made, and `-` for
 * standard input. Files that are named are taken as they are; in folders, what looks like a template.
 *
 * @throws UsageError when a path cannot be read, or a folder holds no template.
 */
export async function findTemplates(
  paths: readonly string[],
  readInput: () => Promise<string>,
): Promise<TemplateFile[]> {
  const found: TemplateFile[] = [];
  for (const path of paths) {
    if (path === '-') found.push({ path, text: await readInput() });
    else if (await isFolder(path)) found.push(...(await templatesOf(path)));
    else found.push(await readTemplate(path));
  }
  return found;
}

/**
 * Read one template. UTF-16 is read too, with a remark.
 *
 * @throws UsageError when it cannot be read.
 */
export async function readTemplate(path: string): Promise<TemplateFile> {
  const bytes = await readBytes(path, 'Template');
  const encoding = UTF_16.find(({ isStart }) => isStart(bytes[0], bytes[1]));
  if (encoding === undefined) return { path, text: bytes.toString('utf8') };
  const text = new TextDecoder(encoding.name).decode(bytes);
  return { path, text: text.replace(/^\ufeff/, ''), remarks: [UTF_16_REMARK] };
}

/** By the byte order mark, or by the zero beside the first character of a text that begins with ASCII. */
const UTF_16 = [
  {
    name: 'utf-16le',
    isStart: (first?: number, second?: number) =>
      (first === 0xff && second === 0xfe) || (!!first && second === 0),
  },
  {
    name: 'utf-16be',
    isStart: (first?: number, second?: number) =>
      (first === 0xfe && second === 0xff) || (first === 0 && !!second),
  },
];
const UTF_16_REMARK: Remark = {
  line: 1,
  column: 1,
  because: 'the file is encoded in UTF-16, which CloudFormation does not read; save it as UTF-8',
};

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

async function templatesOf(folder: string): Promise<TemplateFile[]> {
  const names = (await readdir(folder)).includes('manifest.json') ? await synthesised(folder) : [];
  const paths = names.length > 0 ? names : await below(folder);
  const files = await Promise.all(paths.map(readTemplate));
  const templates = names.length > 0 ? files : files.filter(({ text }) => LOOKS_LIKE_TEMPLATE.test(text));
  if (templates.length === 0)
    throw new UsageError(`${folder} holds no CloudFormation template. Name a file or another folder.`);
  return templates;
}

/** The stacks of a cloud assembly, as `cdk synth` writes it; those of stages lie in assemblies below. */
async function synthesised(folder: string): Promise<string[]> {
  const manifest = await readJson(join(folder, 'manifest.json'), 'Cloud assembly');
  const artifacts =
    isObject(manifest) && isObject(manifest['artifacts']) ? Object.values(manifest['artifacts']) : [];
  const paths: string[] = [];
  for (const artifact of artifacts) {
    if (!isObject(artifact) || !isObject(artifact['properties'])) continue;
    const { templateFile, directoryName } = artifact['properties'];
    if (artifact['type'] === 'aws:cloudformation:stack') paths.push(join(folder, String(templateFile)));
    if (artifact['type'] === 'cdk:cloud-assembly')
      paths.push(...(await synthesised(join(folder, String(directoryName)))));
  }
  return paths;
}

async function below(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of (await readdir(folder, { withFileTypes: true })).sort((a, b) =>
    a.name.localeCompare(b.name),
  )) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) paths.push(...(await below(path)));
    else if (entry.isFile() && TEMPLATE_NAME.test(entry.name)) paths.push(path);
  }
  return paths;
}

/** All of standard input as text. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
