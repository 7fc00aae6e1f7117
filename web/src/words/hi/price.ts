import type { say } from '../price'
import type { Translation } from '../room'

export const price: Translation<typeof say> = {
  title: '{name} का भाव',
  price: 'एक का भाव',
  on: 'तारीख़',
  aboveZero: 'शून्य से बड़ी संख्या',
  worth: 'एक का भाव कितना है?',
  upToToday: 'आज तक का कोई दिन',
  before: 'अब तक {price}, {day} की',
  notSaved: 'सहेजा नहीं गया',
  cancel: 'रद्द करें',
  save: 'सहेजें',
  saving: 'सहेजा जा रहा है…',
}
