export function heapSettings(limit: number): Record<string, string>
