import type { say } from '../kinds'
import type { Translation } from '../room'

export const kinds: Translation<typeof say> = {
  oneSTOCK: 'शेयर',
  oneMUTUAL_FUND: 'म्यूचुअल फ़ंड',
  oneETF: 'ETF',
  oneBOND: 'बॉन्ड',
  oneCRYPTO: 'क्रिप्टो',
  oneCASH: 'नकद',
  oneCURRENCY: 'मुद्रा',
  oneINDEX: 'सूचकांक',
  manySTOCK: 'शेयर',
  manyMUTUAL_FUND: 'फ़ंड',
  manyETF: 'ETF',
  manyBOND: 'बॉन्ड',
  manyCRYPTO: 'क्रिप्टो',
  manyCASH: 'नकद',
  manyCURRENCY: 'मुद्राएँ',
  manyINDEX: 'सूचकांक',
  marketAMFI: 'भारतीय म्यूचुअल फ़ंड',
  marketCRYPTO: 'क्रिप्टो-मुद्राएँ',
  marketMANUAL: 'कहीं नहीं: कोई स्रोत इसका भाव नहीं देता',
}
