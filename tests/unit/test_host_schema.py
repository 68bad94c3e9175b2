

def test_before_the_release_is_built_everything_is_behind(declared: dict[str, Any], tmp_path: Path):
    unbuilt = {**declared, "heads": str(tmp_path / "none" / "heads.json")}
    assert schema.look(unbuilt) == {"core": True, "web": ["all"]}
