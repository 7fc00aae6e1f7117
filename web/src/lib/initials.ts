export const initials = (name: string) => name.trim().split(/\s+/).map((word) => word[0] ?? '').slice(0, 2).join('').toUpperCase()
