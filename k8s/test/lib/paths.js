import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const TEST = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
export const K8S = path.dirname(TEST);
export const ROOT = path.dirname(K8S);

export const SERVICES = ['ticket-service', 'events-service', 'push-service'];
