from caravan_mlx.main import main

main()
