import type { Translation } from '../room'
import type { say } from '../types'

export const types: Translation<typeof say> = {
  OPENING: 'होल्डिंग',
  BUY: 'ख़रीद',
  SELL: 'बिक्री',
  RIGHTS: 'राइट्स इश्यू',
  REINVEST: 'पुनर्निवेश',
  DIVIDEND: 'लाभांश',
  INTEREST: 'ब्याज',
  FEE: 'शुल्क',
  TAX: 'कर',
  DEPOSIT: 'जमा',
  WITHDRAWAL: 'निकासी',
  TRANSFER_IN: 'अंदर ट्रांसफ़र',
  TRANSFER_OUT: 'बाहर ट्रांसफ़र',
  SPLIT: 'स्प्लिट',
  BONUS: 'बोनस',
  MERGER: 'विलय',
  DEMERGER: 'डीमर्जर',
  SWITCH: 'स्विच',
}
