# Give CNTK the two libraries that it takes from the system; cntk.c says why and what they do.
libs=$(echo "$1"/lib/python*/site-packages/cntk/libs)
cc -shared -fPIC -o "$libs/libmpi.so.12" cntk.c
ln -s libmpi.so.12 "$libs/libmpi_cxx.so.1"
