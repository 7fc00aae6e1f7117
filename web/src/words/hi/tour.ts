import type { Translation } from '../room'
import type { say } from '../tour'

export const tour: Translation<typeof say> = {
  label: 'एक छोटा परिचय',
  step: '{steps} में से {step}',
  figures: 'हर आँकड़ा अपना हिसाब दिखाता है',
  figuresSay: 'किसी को भी दबाकर देखें कि वह कैसे बना। कुल मूल्य के ऊपर लिखा है कि भाव कितने पुराने हैं।',
  add: 'जो आपके पास है, जोड़ें',
  addSays: 'एक ख़रीद, एक बिक्री, या एक साथ कई पंक्तियाँ। बाक़ी सब खोज से मिलता है।',
  addKey: 'जोड़ें',
  searchKey: 'खोजें',
  ctrlK: 'Ctrl K',
  commandK: '⌘ K',
  health: 'डेटा की स्थिति बताती है कि कहाँ आपकी ज़रूरत है',
  healthSays: 'जो भाव पुराना है, जिस पर शक है या जो नहीं है, वह वहाँ दिखता है, और उसे ठीक करने का एक तरीका भी।',
  openHealth: 'डेटा की स्थिति खोलें',
  skip: 'छोड़ें',
  next: 'आगे',
  done: 'ठीक है',
}
