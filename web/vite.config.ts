import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'
import { serviceWorker } from './worker'

// The server serves what is built here, under a Content-Security-Policy without 'unsafe-inline' or data: fonts.
export default defineConfig({
  plugins: [svelte(), serviceWorker('public')],
  build: { target: 'es2022', outDir: '../tickfolio/api/pages', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
  test: { include: ['tests/**/*.test.ts'], env: { TZ: 'Asia/Kolkata' } },
})
