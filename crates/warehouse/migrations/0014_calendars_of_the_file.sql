-- What klk.toml said of a store's calendar, kept beside what people changed, so that a past day is judged by the file of its
-- day; and single days that somebody decided for themselves.
ALTER TABLE calendarios ADD COLUMN clase VARCHAR;
COMMENT ON COLUMN calendarios.clase IS 'archivo: lo decía klk.toml; dia: solo vale ese día; decidido o nulo: lo cambió una persona';
