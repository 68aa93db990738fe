# A model that is a process, for the chaos tests: what it does stands in the name of the model that it is asked for.
IFS= read -r request
number=${request#*number-}
number=${number%%-*}
words=${request#*words-}
words=${words%%-*}

say() {
    i=0
    while [ "$i" -lt "$1" ]; do
        echo "{\"text\":\"call $number word $i \"}"
        i=$((i + 1))
    done
}

case $request in
*-whole-* | *-long-*) say "$words" ;;
*-slow-*) sleep 0.3; say "$words" ;;
*-truncated-*) say "$words"; exit 3 ;;
*-reset-*) say "$words"; kill -9 $$ ;;
*-stall-*) say "$words"; exec sleep 1000 ;;
*-silent-*) exec sleep 1000 ;;
*-stubborn-*) trap '' TERM; say "$words"; sleep 1000 ;;
*-garbage-*) say "$words"; head -c 300 /dev/urandom; echo ;;
*-html-*) echo '<!DOCTYPE html><title>502 Bad Gateway</title>' ;;
*-huge-*) say "$words"; head -c 300000 /dev/zero | tr '\0' x; echo ;;
*-error429-*) echo '{"error":{"type":"rate_limit_error","message":"slowly"}}' ;;
*-error500-*) echo '{"error":{"type":"api_error","message":"broken"}}' ;;
*-error529-*) echo '{"error":{"type":"overloaded_error","message":"busy"}}' ;;
*-gone-*) exit 7 ;;
*) echo "no such behaviour: $request" >&2; exit 9 ;;
esac
