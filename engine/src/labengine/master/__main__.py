from labengine.master.main import main

if __name__ == "__main__":
    main()
